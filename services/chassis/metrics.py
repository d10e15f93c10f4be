"""What a service tells its operators in numbers: all names in one place, for alarms to rely on."""

from prometheus_client import Counter, Gauge, Histogram

PUBLISHED = Counter("crm_events_published", "Events that the stream has acknowledged", ["service"])
REFUSED = Counter("crm_events_refused", "Events that the stream would not take", ["service"])
BACKLOG = Gauge("crm_outbox_pending", "Events that wait for the stream", ["service"])
OLDEST = Gauge("crm_outbox_oldest_seconds", "Age of the event that waits longest", ["service"])
DAYS_AHEAD = Gauge(
    "crm_outbox_days_ahead", "Days to come for which events have a table", ["service"]
)
UNDATED = Gauge("crm_outbox_undated", "Events whose day had no table", ["service"])
PARTITIONS = Gauge("crm_relay_partitions", "Hash partitions that this relay leases", ["service"])

HANDLED = Counter("crm_events_handled", "Events taken in, by verdict", ["consumer", "verdict"])
RETRIED = Counter("crm_events_retried", "Events that failed and come again", ["consumer"])
BURIED = Counter(
    "crm_events_buried", "Events that became dead letters, by reason", ["consumer", "reason"]
)
FAILING_SINCE = Gauge(
    "crm_consumer_failing_since_seconds",
    "When the oldest event that fails was told, as a Unix time; 0 when none does",
    ["consumer"],
)
DEAD = Gauge("crm_dead_letters_waiting", "Dead letters that wait for somebody", ["service"])
STRAYED = Counter(
    "crm_events_strayed", "Events under a subject that is not theirs: left alone", ["consumer"]
)
STALLED = Counter(
    "crm_consumer_stalled", "Subscriptions made anew because nothing came", ["consumer"]
)
LAG = Gauge("crm_consumer_lag", "Events in the stream that a consumer has not seen", ["consumer"])

ANSWERED = Histogram(
    "crm_request_seconds",
    "Time to answer a request, by door and outcome",
    ["service", "door", "outcome"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10),
)

SUBSCRIPTIONS = Gauge("crm_subscriptions_open", "Subscriptions that are open", ["service"])
SUBSCRIPTIONS_REFUSED = Counter(
    "crm_subscriptions_refused", "Subscriptions that found no place", ["service"]
)
DELIVERED = Counter("crm_subscription_answers", "Answers given to subscriptions", ["service"])
