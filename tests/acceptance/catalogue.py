"""The requirements of the five systems, row by row, as their teams wrote them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement of a system."""

    system: str
    id: str
    says: str


LARK, DISCORD, COZE = "lark-service", "discord-economy-bot", "coze-shopify-chat"
REFLECTION, TRIFLOW = "reflection-api", "triflow-judgment"

ROWS = (
    Row(LARK, "P001", "at least 100 API calls/s while under load"),
    Row(LARK, "P002", "tokens handled automatically ≥ 99.9 %"),
    Row(LARK, "P002b", "API success ≥ 99.9 %"),
    Row(LARK, "P003", "API P99 ≤ 2 s"),
    Row(LARK, "P004", "token refresh ≤ 500 ms"),
    Row(LARK, "P005", "database query ≤ 50 ms"),
    Row(LARK, "L1", "10 users × 10 calls in 1 s: success ≥ 95 %, mean ≤ 500 ms, P99 ≤ 2 s"),
    Row(LARK, "L2", "5 apps × 20 calls at once: each ≥ 95 % success, no refresh conflict"),
    Row(LARK, "A1", "alert: throughput < 100/s"),
    Row(LARK, "A2", "alert: success < 99.9 %"),
    Row(LARK, "A3", "alert: P99 > 2 s"),
    Row(DISCORD, "NFR-SC-001", "1,000+ users at once, and commands in time"),
    Row(DISCORD, "NFR-P-001", "95 % of commands answered within 2 s"),
    Row(DISCORD, "NFR-P-002", "balance query within 500 ms"),
    Row(DISCORD, "NFR-R-001", "99.5 % uptime"),
    Row(DISCORD, "N5-R1", "CPU < 80 %"),
    Row(DISCORD, "N5-R2", "memory stable: growth per day ≤ 5 %"),
    Row(DISCORD, "N5-C1", "cache hit ratio > 80 %"),
    Row(DISCORD, "N5-D1", "no transfer lost"),
    Row(COZE, "C-LAT", "P50, P95 and P99 of each endpoint"),
    Row(COZE, "C-AVL", "API availability 99.9 %"),
    Row(COZE, "C-DB", "database P95 < 200 ms"),
    Row(COZE, "C-CCH", "token-cache hit ratio ≥ 99 %"),
    Row(COZE, "C-CHT", "chats and WebSocket connects succeed, all of them"),
    Row(COZE, "C-LNG", "replies in the right language, all of them"),
    Row(COZE, "C-WS", "WebSocket latency ≤ 50 ms"),
    Row(COZE, "C-RES", "CPU ≤ 60 %, memory ≤ 700 MB, ≤ 8 database connections"),
    Row(COZE, "C-REG", "three queries at their level, ≤ 10 % over the recorded baseline"),
    Row(REFLECTION, "R-LAT", "P50, P95 and P99 of each endpoint"),
    Row(REFLECTION, "R-THR", "at least 100 requests/s under load"),
    Row(REFLECTION, "R-ERR", "error rate < 1 %"),
    Row(REFLECTION, "R-DB", "database P95 < 100 ms; pool < 80 % in use, never exhausted"),
    Row(REFLECTION, "R-RES", "memory < 2 GB per worker, CPU < 80 %"),
    Row(REFLECTION, "REQ-4", "not more than 10 % worse than the recorded baseline"),
    Row(REFLECTION, "REQ-5", "10 users: P95 within its limit, errors < 0.1 %, stable"),
    Row(REFLECTION, "REQ-6", "50 users: P95 ≤ 50 % over 10 users, errors < 1 %, pool left"),
    Row(REFLECTION, "REQ-7", "100 users: P95 ≤ 100 % over, errors < 5 %, no crash"),
    Row(REFLECTION, "REQ-8", "0 → 100 users in 10 s: P99 back within 30 s, no deadlock"),
    Row(REFLECTION, "CON-3", "the performance run ends within 15 min"),
    Row(TRIFLOW, "T-RULE", "judgment by rules P95 < 800 ms"),
    Row(TRIFLOW, "T-HYB", "hybrid judgment P95 < 2.5 s"),
    Row(TRIFLOW, "T-BI", "BI query P95 < 3 s"),
    Row(TRIFLOW, "T-TPS", "judgment throughput > 50/s"),
    Row(TRIFLOW, "T-USR", "500 concurrent users"),
    Row(TRIFLOW, "T-CCH", "cached answer P95 < 300 ms"),
    Row(TRIFLOW, "T-S1", "100 users: P95 < 2.5 s"),
    Row(TRIFLOW, "T-S2", "500 users: stable"),
    Row(TRIFLOW, "T-S3", "200 → 1,000 users: recovers"),
)
IDS = frozenset(row.id for row in ROWS)
