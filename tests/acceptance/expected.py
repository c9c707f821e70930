"""What each variant must fail: these rows, and no other."""

from collections.abc import Mapping

from slowatch.demo.systems.variants import VariantName

LATENCIES = {
    *("P003", "P004", "P005", "L1", "A3"),
    *("NFR-P-001", "NFR-P-002"),
    *("C-LAT", "C-DB", "C-WS"),
    *("R-LAT", "R-DB"),
    *("T-RULE", "T-HYB", "T-BI", "T-CCH", "T-S1"),
}
REGRESSIONS = {"C-REG", "REQ-4"}
COMPARED_WITH_TEN_USERS = {"REQ-6", "REQ-7", "REQ-8"}
"""Slower than the build before: its 10 users are what these are compared with."""

BUSY = {"N5-R1", "C-RES", "R-RES"}
"""What takes longer keeps processors and connections longer."""

FAILS: Mapping[VariantName, frozenset[str]] = {
    "healthy": frozenset(),
    "faster": frozenset(),
    "slower": frozenset(
        {*LATENCIES, *REGRESSIONS, *COMPARED_WITH_TEN_USERS, *BUSY, "NFR-SC-001", "REQ-5"}
    ),
    "leaking": frozenset({"N5-R2", "C-RES", "R-RES", "REQ-5"}),
    "failing": frozenset(
        {
            *("P002", "P002b", "A2", "L1", "L2"),
            *("N5-C1", "N5-D1"),
            *("C-AVL", "C-CCH", "C-CHT", "C-LNG"),
            *("R-ERR", "REQ-4", "REQ-5", "REQ-6", "REQ-7", "REQ-8"),
            "T-S2",
        }
    ),
    "slow-to-recover": frozenset({"REQ-8", "T-S3"}),
}
