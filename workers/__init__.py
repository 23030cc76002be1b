"""The workers: the process that takes jobs, the checks they run, and the models behind those."""

import os

# numpy's OpenBLAS starts a thread for each core when it is loaded, and a worker forks: threads do
# not survive that. The models multiply no matrices, so they lose nothing by it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
