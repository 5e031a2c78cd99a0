"""What is counted, for /metrics. No label is anything that a person wrote or is."""

from prometheus_client import Counter, Gauge, Histogram

FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (0.5, 1, 2, 5, 10, 30, 60)

updates = Counter("tirek_updates_total", "Updates handled", ["kind", "outcome"])
update_seconds = Histogram("tirek_update_seconds", "From receiving an update to its answer")
inbox = Gauge("tirek_inbox", "Updates kept and not handled, by state", ["state"])

outbox_outcomes = Counter("tirek_outbox_total", "Queued messages by what became of them", ["kind", "outcome"])
lateness = Histogram(
    "tirek_reminder_lateness_seconds",
    "From the moment a message was due to its delivery, broadcasts left out",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200),
)
outbox_waiting = Gauge("tirek_outbox_waiting", "Messages that wait to be sent")
outbox_due = Gauge(
    "tirek_outbox_due", "Messages whose moment has come and that wait, by whether they are bulk", ["bulk"]
)
outbox_oldest_seconds = Gauge("tirek_outbox_oldest_seconds", "For how long the oldest of them waits", ["bulk"])
sender_active = Gauge("tirek_sender_active", "1 on the replica that sends what is queued")
broadcasts = Gauge("tirek_broadcasts", "Broadcasts that have not ended, by state", ["state"])

telegram_seconds = Histogram("tirek_telegram_seconds", "Calls of the Bot API", ["method"], buckets=FAST)
telegram_errors = Counter("tirek_telegram_errors_total", "Calls that Telegram refused or did not answer", ["error"])

checks = Counter("tirek_checks_total", "Voice checks by outcome", ["outcome"])
check_seconds = Histogram("tirek_check_seconds", "From a voice note to its verdict", buckets=SLOW)
checks_waiting = Gauge("tirek_checks_waiting", "Voice notes that wait for a verdict")
detector_seconds = Histogram("tirek_detector_seconds", "Calls of the detector service", buckets=SLOW)
detector = Counter("tirek_detector_total", "Calls of the detector service by outcome", ["outcome"])

answers = Counter("tirek_answers_total", "Questions by outcome", ["outcome", "language"])
answer_seconds = Histogram("tirek_answer_seconds", "Finding the cards for a question", buckets=FAST)

incidents = Counter("tirek_incidents_total", "Errors nobody expected")
pool_in_use = Gauge("tirek_db_pool_in_use", "Database connections that are lent out")
pool_size = Gauge("tirek_db_pool_size", "Database connections there may be")
