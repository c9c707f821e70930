"""The ledger: good and total events per slot, for each thing asked and each label set."""
