"""What two sides of a statement can be."""

import pccfunding as pcc

parts = ["£137,941.30", "£206,621.25", "£647,435.38", "£623,888.22", "£616,333.64", "£316,430.36"]
axes = pcc.reconcile(parts, "£2,548,650.10").plot()
