import json
async def test_smoke(office):
    card = await office.asked()
    pass
    for m in await office.who("riley").messages():
        print("RILEY", m.text, json.dumps(m.blocks, ensure_ascii=False)[:600])
    r = await office.who("dana").clicks(card, "decide:approve")
    print(r)
    done = await office.card(starts="Done")
    pass
    import asyncio
    await asyncio.sleep(1); print(await office.co.dispatch.stats(), [ (e.kind,str(e.facts)[:300]) for e in await office.co.ledger()])
    for m in await office.who("riley").messages():
        print("RILEY", m.text, json.dumps(m.blocks, ensure_ascii=False)[:900])
