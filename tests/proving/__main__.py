"""`make prove`: each proof on a system of its own, with its transcript in docs/proofs/."""

import sys
import time

from tests.proving import deep_pages, faulty, peering, proofs, subscribing, transcripts, wired


def main(names):
    """Run the proofs that are named, or all; exit with 1 where one fails."""
    known = {
        it.__name__: it
        for it in (
            *(proofs.northwind, proofs.killed_imports, proofs.jobs, proofs.federation),
            *(proofs.chance_graphs, proofs.indexes),
            *(proofs.generated_operations, proofs.typescript, proofs.compiled),
            *(deep_pages.deep_pages, subscribing.subscribers),
            *(faulty.faults, faulty.planted_bugs),
            *(wired.http_audit, wired.live, wired.gateway_soak, peering.peers),
        )
    }
    if unknown := set(names) - known.keys():
        sys.stderr.write(f"there is no proof {', '.join(unknown)}: {', '.join(known)}\n")
        return 2
    failed = [name for name in names or known if not proven(name, known[name])]
    return 1 if failed else 0


def proven(name, proof):
    begun = time.monotonic()
    try:
        transcript = proof(transcripts.Transcript())
    except proofs.Skipped as reason:
        sys.stderr.write(f"SKIP {name}: {reason}\n")
        return True
    file = transcript.write(name, seconds=time.monotonic() - begun)
    sys.stderr.write(f"{'proven' if transcript.is_proven else 'FAILED'}: {name}, see {file}\n")
    return transcript.is_proven


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
