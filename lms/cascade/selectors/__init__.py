"""What pages and other apps ask about a cascade."""

from .cohorts import (
    RosterRow,
    attendance_among,
    current_programme,
    latest_materials,
    next_day,
    next_days,
    presence_on,
    roster,
    sessions_of,
    taught_by,
)
from .dashboard import PlaceFigures, ProgrammeFigures, TierFigures, programme_figures
from .tree import Branch, CohortBranch, cascade_below
from .warnings import ProgrammeWarning, programme_warnings

__all__ = [
    "Branch",
    "CohortBranch",
    "PlaceFigures",
    "ProgrammeFigures",
    "ProgrammeWarning",
    "RosterRow",
    "TierFigures",
    "attendance_among",
    "cascade_below",
    "current_programme",
    "latest_materials",
    "next_day",
    "next_days",
    "presence_on",
    "programme_figures",
    "programme_warnings",
    "roster",
    "sessions_of",
    "taught_by",
]
