"""Claims about transactions, races and lost replies, on DynamoDB Local.

Where each kind of trouble is shown: in this folder or, where it needs no real engine or more than one, elsewhere in
``tests``.

| what goes wrong                                            | where                                                 |
| ---------------------------------------------------------- | ----------------------------------------------------- |
| many buyers, few units (8 and 32 workers)                  | test_races, the larger in make soak                   |
| one hot row over HTTP, with conflicts                      | test_hot_row                                          |
| all commands mixed on ten rows; from four processes        | test_storm: 1,000 here, 20,000 and processes in soak  |
| orders of several lines beside tills, refusals, cancels    | test_races, test_storm                                |
| one key from sixteen threads; its five situations          | test_hot_row, test_one_key                            |
| the checker must see a race on moto, and planted faults    | test_the_checker                                      |
| readings torn by a transaction                             | test_torn_reads; BatchGet is advice, writes are checked |
| a reply lost, of every write; with crashes, at every call  | test_lost_replies; simulation/test_crash_points       |
| conflicts, throttling, trouble inside                      | test_hot_row, test_trouble_on_the_wire; simulation    |
| a port that never answers; the clients' own time-outs      | test_black_hole; unit/test_settings_and_clients       |
| each reason of a cancellation at each place                | functions/test_cancellations, unit/test_transaction   |
| the same command made a thousand times                     | functions/test_cancellations                          |
| messages twice, late, out of order; records split          | simulation (its queues and its stream)                |
| poison in a batch, and its dead letters                    | e2e/test_queues, unit/test_messages                   |
| every task is told: events and rows agree                  | support/ledger (each engine test), simulation/oracle  |
| the deadline: money, sweep and next buyer; clocks apart    | test_races (a millisecond, five minutes)              |
| daylight saving and store time zones                       | property/test_opening_time, unit/test_opening_hours   |
| rows that never expire, sweeps that never run              | functions/test_nothing_cleans_up                      |
| what DynamoDB charges                                      | test_units                                            |
"""
