"""The workers: the process that takes jobs, the checks they run, and the models behind those."""
