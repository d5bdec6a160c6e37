"""The vault of stage 2 dies at every moment of a change of its secret, which is changed once (tests/guest/vault_killed)."""
import re

import guest_boot


def test_a_secret_is_changed_once_wherever_the_vault_dies(build_tests, tmp_path):
    status, report, log = guest_boot.boot(build_tests(guest_boot.HIGHEST), "t_vault", tmp_path, seconds=600)
    print("\n".join(re.findall("^NOTE .*$", report, re.M)))
    guest_boot.assert_all_passed(["changed_once"], status, report, log)
