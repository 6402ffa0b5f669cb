"""Runs the scripts that are named on the command line one after the other; the
mark tells whose output begins."""
import runpy
import sys
import traceback

for name in sys.argv[1:]:
    print("@@@ " + name[:-3], flush=True)
    try:
        runpy.run_path(name)
    except Exception:
        traceback.print_exc(file=sys.stdout)
