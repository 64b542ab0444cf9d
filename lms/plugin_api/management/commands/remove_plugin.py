from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.plugin_api import manager
from lms.plugin_api.removal import RemovalPlan, carry_out, plan_removal

STEPS = """
How a plugin is removed:
  1. Pause it: add {name} to LMS_PLUGINS_PAUSED and restart. Nobody works with it any more; its data
  stays. 2. Take its gates out of every certificate type that requires them. 3. Download its exports from
  the reports page; what is deleted is gone. 4. Run: remove_plugin {name} --delete-data 5. Take {name} out
  of LMS_PLUGINS and LMS_PLUGINS_PAUSED and restart. 6. Uninstall its package.
"""


class Command(BaseCommand):
    help = (
        "Remove a plugin's tables, pages, permissions and files. Refuses while a certificate type requires "
        "one of its gates, while other data refers to it, and, without --delete-data, while it holds any row."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The plugin's name, as in LMS_PLUGINS.")
        parser.add_argument(
            "--delete-data", action="store_true", help="Delete the plugin's rows and files too."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be deleted and change nothing."
        )
        parser.add_argument(
            "--no-input",
            "--noinput",
            action="store_false",
            dest="interactive",
            help="Do not ask for confirmation.",
        )

    def handle(
        self, *, name: str, delete_data: bool, dry_run: bool, interactive: bool, **options: Any
    ) -> None:
        plan = self._plan(name)
        self._describe(plan)
        if plan.obstacles:
            raise CommandError(
                "Not removed:\n  " + "\n  ".join(plan.obstacles) + "\n" + STEPS.format(name=name)
            )
        if plan.rows and not delete_data:
            raise CommandError(
                "Not removed: it holds data. Give --delete-data to delete it for good.\n"
                + STEPS.format(name=name)
            )
        if dry_run:
            self.stdout.write("Nothing was changed.")
            return
        if interactive and not self._is_confirmed(name):
            raise CommandError("Not removed: not confirmed.")
        carry_out(plan)
        self.stdout.write(
            self.style.SUCCESS(f"{name} is removed from the database.")
            + f"\nNow take {name} out of LMS_PLUGINS and LMS_PLUGINS_PAUSED and restart, then uninstall its "
            "package. Until then the next migrate makes its empty tables again."
        )

    def _plan(self, name: str) -> RemovalPlan:
        try:
            return plan_removal(name)
        except LookupError:
            enabled = ", ".join(plugin.label for plugin in manager.enabled_plugins()) or "none"
            raise CommandError(
                f"No plugin {name!r} is enabled (enabled: {enabled}). A plugin must be in LMS_PLUGINS while "
                "it is removed, since only its own code knows its tables."
            ) from None

    def _describe(self, plan: RemovalPlan) -> None:
        self.stdout.write(f"{plan.plugin.label}: {plan.plugin.verbose_name}")
        for model, count in sorted(plan.rows.items()):
            self.stdout.write(f"  {model}: {count}")
        if plan.files:
            self.stdout.write(f"  files: {len(plan.files)}")
        if plan.plugin.label not in settings.LMS_PLUGINS_PAUSED:
            self.stdout.write(
                self.style.WARNING("  It is not paused: people may be working with it at this moment.")
            )

    def _is_confirmed(self, name: str) -> bool:
        try:
            return input(f"Type {name} to delete all this: ").strip() == name
        except EOFError:
            return False
