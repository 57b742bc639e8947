"""script/manage dossier: a commission in and out of the portal as one JSON file."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from meetings.dossier.exporting import Reader, export, written
from meetings.dossier.importing import Outcome, import_dossier, preview
from meetings.dossier.rights import Rights
from meetings.dossier.row import SAME
from meetings.models import Body
from portal.models import Party
from portal.refusal import Refused


class Command(BaseCommand):
    help = (
        "Previews, imports or exports a commission as a dossier (docs/dossier.md). "
        "FILE may be - for the standard input. Exits with 0 only when it went through."
    )

    def add_arguments(self, parser):
        deeds = parser.add_subparsers(dest="deed", required=True)
        for name, words in (
            ("preview", "names every row: new, same, changed, kept, or wrong and why"),
            ("import", "writes all of it, or nothing"),
        ):
            one = deeds.add_parser(name, help=words)
            one.add_argument("file", help="the dossier, or - for the standard input")
            one.add_argument("--json", action="store_true", help="answer in JSON")
            one.add_argument("--all", action="store_true", help="name the same rows too")
        one = deeds.add_parser("export", help="writes the dossier to the standard output")
        one.add_argument("code", help="the code of the commission, or of a body beneath it")
        one.add_argument(
            "--for", dest="party", default="", help="with what this party keeps to itself (code)"
        )

    def handle(self, *args, deed, **options):
        try:
            getattr(self, f"_{deed}")(options)
        except Refused as refusal:
            raise CommandError("\n".join(refusal.sentences)) from refusal

    def _preview(self, options):
        outcome = preview(content_of(options["file"]), Rights())
        self._show(outcome, options)
        if outcome.wrong:
            raise CommandError("Rows are wrong. Nothing can be brought in until they are mended.")

    def _import(self, options):
        outcome = import_dossier(content_of(options["file"]), Rights())
        self._show(outcome, options)

    def _export(self, options):
        body = Body.objects.filter(code=options["code"]).first()
        if body is None:
            codes = ", ".join(Body.objects.commissions().values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no body “{options['code']}”. Commissions here: {codes}.")
        dossier = export(body, Reader(party=party_of(options["party"])))
        self.stdout.write(written(dossier), ending="")

    def _show(self, outcome: Outcome, options):
        shown = [row for row in outcome.rows if options["all"] or row.state != SAME]
        if options["json"]:
            rows = [row.stored() for row in shown]
            answer = {"counts": outcome.counts, "rows": rows}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        for row in shown:
            self.stdout.write(f"{row.state:8} {row.where}")
            if row.reason:
                self.stdout.write(f"         {row.reason}")
            for label, before, after in row.change_words:
                self.stdout.write(f"         {label}: “{before}” -> “{after}”")
        counts = ", ".join(f"{number} {state}" for state, number in outcome.counts.items())
        self.stdout.write(counts)


def content_of(name: str) -> bytes:
    """The bytes of a file, or of the standard input."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error


def party_of(code: str) -> Party | None:
    """The party of a code, whatever its letter case; none without a code."""
    if not code:
        return None
    party = Party.objects.filter(code__iexact=code).first()
    if party is None:
        raise CommandError(f"There is no party “{code}”.")
    return party
