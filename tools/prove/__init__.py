"""`make prove`: attacks the running service for some minutes and reports figures. See docs/proofs.md.

A section is a function in a module of `tools.prove.sections`, which is all that has to be written for it:

    @section("races", "Clients race for nullifiers.")
    def races(run: Run) -> None:
        run.figures.count("operations", 4000)
        run.figures.checked("one owner per nullifier", 12)
        run.figures.failed("what is wrong")       # or raise
"""
