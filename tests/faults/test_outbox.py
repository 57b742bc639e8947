from django.utils import timezone

from portal.models import Notice
from portal.tasks import send_waiting
from tests.celery_worker import LEASE
from tests.factories import make_notice
from tests.waiting import eventually


def test_a_worker_killed_in_the_middle_of_a_send_costs_at_most_one_extra_copy(worker, sink):
    sink.answers.clear()
    notice = make_notice(email="somebody@example.org")
    send_waiting.delay()
    sink.wait_for(1)  # the server has the message, the worker does not know it yet
    worker.kill()
    sink.answers.set()

    notice.refresh_from_db()
    assert notice.state == Notice.State.SENDING
    worker.start()
    eventually(lambda: Notice.objects.due(timezone.now(), LEASE).exists(), 15, "the claim runs out")
    send_waiting.delay()
    eventually(lambda: Notice.objects.get().state == Notice.State.SENT, 15, "it is sent")
    copies = sink.to("somebody@example.org")
    assert len(copies) == 2
    assert len({copy["Message-ID"] for copy in copies}) == 1
    assert Notice.objects.get().maybe_twice
