"""All benchmarks, one after another: `python -m benchmarks [--quick]`. Nothing here fails on a time."""

import argparse
import subprocess
import sys

GOVERNED, LEDGER, POLICIES = "benchmarks.governed_write", "benchmarks.ledger_verify", "benchmarks.policies"
FULL = ((GOVERNED,), (LEDGER, "100000"), (POLICIES,))
QUICK = ((GOVERNED, "--quick"), (LEDGER, "20000"))


def main() -> int:
    """Run each in a process of its own, so that none inherits the memory of another; returns the worst exit code."""
    parser = argparse.ArgumentParser(description="the benchmarks of placet")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, a ledger of 20,000 entries")
    chosen = QUICK if parser.parse_args().quick else FULL
    codes = []
    for module, *arguments in chosen:
        print(f"\n== {module} {' '.join(arguments)}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
