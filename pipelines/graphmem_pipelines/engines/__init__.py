"""Who works through the items of a job: processes of this machine, or a Ray cluster."""
