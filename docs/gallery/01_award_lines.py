"""Award lines."""

import pccfunding as pcc

awards = pcc.load_awards().assign(row="line", derived=False)
axes = pcc.plots.plot_streams(awards)
