from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...models import CodeVersion, Endorsement
from ...verification import verify_endorsements, verify_versions


class Command(BaseCommand):
    help = (
        "Check that every version of a code and every endorsement is as it was sealed. Fails if one is not."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        altered = [*verify_versions(), *verify_endorsements()]
        for alteration in altered:
            self.stderr.write(f"{alteration.what}: {alteration.problem}")
        versions, endorsements = CodeVersion.objects.count(), Endorsement.objects.count()
        if altered:
            raise CommandError(
                f"Altered: {len(altered)}. Checked: {versions} versions, {endorsements} endorsements."
            )
        self.stdout.write(f"{versions} versions and {endorsements} endorsements are as they were sealed.")
