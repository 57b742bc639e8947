from delegations.models.delegate import Delegate, Tally, tallies
from delegations.models.delegation import Delegation
from delegations.models.desk import Desk

__all__ = ["Delegate", "Delegation", "Desk", "Tally", "tallies"]
