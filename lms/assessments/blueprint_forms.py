"""The form of a blueprint, which the bank must be able to fill."""

from random import Random
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .blueprint import UnfillableError, fill, overlapping
from .drawing import units_of
from .forms import BelongsToBankForm
from .models import Blueprint, BlueprintCell, Exam
from .selectors.pools import candidates_in, cell_name, cells_of, gap_sentence


class BlueprintForm(BelongsToBankForm):
    """Rows that do not overlap, that belong to the bank, and that its published questions fill exactly."""

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        forms = [
            form for form in self.formsets["cells"].forms if form not in self.formsets["cells"].deleted_forms
        ]
        self._check([form for form in forms if form.has_changed() or form.instance.pk])
        return self.is_bound and not self.errors and not any(form.errors for form in forms)

    def save(self, commit: bool = True) -> Blueprint:
        with transaction.atomic():
            blueprint: Blueprint = super().save(commit=commit)
            if commit:
                total = sum(cell.count for cell in blueprint.cells.all())
                Exam.objects.filter(blueprint=blueprint).update(question_count=total)
        return blueprint

    def _check(self, forms: list[Any]) -> None:
        rows: list[BlueprintCell] = [form.instance for form in forms]
        bank = self.cleaned_data["bank"]
        for form, row in zip(forms, rows, strict=True):
            if row.area and row.area.bank_id != bank.pk:
                form.add_error("area", _("This area belongs to another question bank."))
        cells = cells_of(rows)
        overlaps = overlapping(cells)
        for one, other in overlaps:
            message = _("A question could count both here and in the row “{cell}”. Make the rows exclusive.")
            forms[other].add_error("count", message.format(cell=cell_name(rows[one])))
        if overlaps:
            return
        try:
            fill(units_of(candidates_in(bank.pk)), cells, Random(0))  # noqa: S311
        except UnfillableError as error:
            for gap in error.gaps:
                forms[gap.cell].add_error("count", gap_sentence(rows[gap.cell], gap))
