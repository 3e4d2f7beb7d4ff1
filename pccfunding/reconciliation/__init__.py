"""Parts against totals, figure against figure: three verdicts, each with its proof."""

from pccfunding.reconciliation.groups import Reconciliations
from pccfunding.reconciliation.reconcile import reconcile
from pccfunding.reconciliation.verdicts import Reconciliation

__all__ = ["Reconciliation", "Reconciliations", "reconcile"]
