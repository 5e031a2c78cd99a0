"""What is counted, for /metrics."""

from prometheus_client import Counter, Gauge, Histogram

updates = Counter("tirek_updates_total", "Updates handled", ["kind", "outcome"])
update_seconds = Histogram("tirek_update_seconds", "From receiving an update to its answer")
outbox_outcomes = Counter("tirek_outbox_total", "Queued messages by what became of them", ["kind", "outcome"])
lateness = Histogram(
    "tirek_reminder_lateness_seconds",
    "From the moment a message was due to its delivery",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200),
)
outbox_waiting = Gauge("tirek_outbox_waiting", "Messages that wait to be sent")
checks = Counter("tirek_checks_total", "Voice checks by outcome", ["outcome"])
check_seconds = Histogram("tirek_check_seconds", "From a voice note to its verdict", buckets=(0.5, 1, 2, 5, 10, 30, 60))
answers = Counter("tirek_answers_total", "Questions by outcome", ["outcome", "language"])
incidents = Counter("tirek_incidents_total", "Errors nobody expected")
