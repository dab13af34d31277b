"""The story without a browser: four scenes through real Bolt, a real local Slack, a real graph and real databases."""

import re
import signal

from placet.cli.demo.play import APPROVE, CAST, FIRST_WAIT_S, REJECT, Play
from placet.cli.demo.stage import STRANGER
from placet.cli.demo.words import INTRUDER, MOVE, ORDER, TYPO, WHY_NOT
from placet.errors import DemoFailed
from placet.ledger import entries


async def perform(play: Play) -> None:
    """Play all scenes. What did not hold is in `play.checks`.

    Raises:
        DemoFailed: something did not come in time, or the server ended.
    """
    _need_cast(play)
    await _approved(play)
    await _rejected(play)
    await _killed(play)
    await _unknown(play)


def _need_cast(play: Play) -> None:
    """The story is about people of the reference project."""
    known = {one.slack for one in play.stage.project.policies.people.values() if one.active}
    missing = sorted(name for name, slack in CAST.items() if slack not in known)
    if missing:
        reason = f"policies/people.yaml has no active {', '.join(missing)} with the Slack ids of the reference project"
        raise DemoFailed(reason=reason, log=str(play.stage.log))


async def _approved(play: Play) -> None:
    """A request in free text reads the ERP, proposes a change of the CRM, and is approved."""
    play.say(f"1. Riley: {MOVE}")
    before = await play.deal()
    await play.actor("riley").says(MOVE)
    card = await play.card("dana", "Hooli expansion", "negotiation", within_s=FIRST_WAIT_S)
    proposal = await play.newest()
    play.check("nothing changes before the approval", (await play.deal()).version == before.version)
    await play.click("dana", card, APPROVE)
    answer = await play.answer("riley", proposal.run)
    stock = await play.stock()
    told = [re.search(rf"\b{number}\b", answer) for number in stock]
    play.check("the answer tells the stock that the ERP holds", bool(stock) and all(told))
    after = await play.deal()
    play.check("the deal is in negotiation", after.values["stage"] == "negotiation")
    changed = [row for row in play.stage.systems["crm"].egress() if row.record == after.id]
    play.check("the CRM changed exactly once", [row.key for row in changed] == [proposal.id])


async def _rejected(play: Play) -> None:
    """A misread amount is caught on the card, rejected with a reason, and the reason reaches the rep."""
    play.say(f"2. Riley: {TYPO}")
    before = await play.deal()
    await play.actor("riley").says(TYPO)
    card = await play.card("dana", "Hooli expansion", "95,000.00 EUR")
    proposal = await play.newest()
    change = proposal.changes[0]
    play.say(f"  the card shows {change.before_words} → {change.after_words} ({change.delta})")
    if play.stage.model != "openai":  # another model may read 120k as it is meant
        play.check("the card shows the misread amount", change.after_words == "120.00 EUR")
        play.check("the card shows how far it drops", "99.9%" in change.delta)
    await play.click("dana", card, REJECT)
    form = play.actor("dana")
    await play.server.watching("the form for a reason", form.wait_view(), FIRST_WAIT_S)
    taken = await form.submits({"reason": WHY_NOT})
    play.check("the rejection is taken with its reason", taken.ok)
    play.check("the agent tells Riley the reason", WHY_NOT in await play.answer("riley", proposal.run))
    after = await play.deal()
    play.check("the CRM is as it was", after.values == before.values and after.version == before.version)


async def _killed(play: Play) -> None:
    """The server is killed while a run waits; a new one carries the approval out, once."""
    play.say(f"3. Riley: {ORDER}")
    await play.actor("riley").says(ORDER)
    card = await play.card("omar", "Falcon sensor", "40")
    proposal = await play.newest()
    await play.settled(proposal.run)
    status = await play.server.kill()
    play.check("the server is killed while the run waits", status == -signal.SIGKILL)
    await play.server.start()
    await play.server.watching("the new server's socket", play.player.wait_connected(), FIRST_WAIT_S)
    await play.click("omar", card, APPROVE)
    await play.answer("riley", proposal.run)
    made = [row.key for row in play.stage.systems["erp"].egress() if row.object == "erp.purchase_order"]
    play.recovered = status == -signal.SIGKILL and made == [proposal.id]
    play.check("a new server carries the run on, with one purchase order", play.recovered)


async def _unknown(play: Play) -> None:
    """Somebody whom the policy does not know is told so, and nothing runs."""
    play.say(f"4. {STRANGER.real_name}: {INTRUDER}")
    before = await _runs(play)
    sent = await play.actor(STRANGER.id).says(INTRUDER)
    told = await play.reply(STRANGER.id, sent)
    play.check("the stranger is told why nothing happens", "do not know you" in told.text)
    play.check("nothing runs for the stranger", await _runs(play) == before)


async def _runs(play: Play) -> int:
    return sum(one.kind == "run.received" for one in await play.store.read(entries))
