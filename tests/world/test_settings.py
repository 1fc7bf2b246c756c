import pytest

from matinee.world import WorldSettings


@pytest.mark.parametrize(
    ("dials", "message"),
    [
        ({"members": 0}, "members is 0, wanted 1 or more"),
        ({"titles": 5}, "titles is 5, wanted 10 or more"),
        ({"freshness": -1.0}, "freshness is -1.0, wanted 0 or more"),
        ({"half_life_days": 0.0}, "half_life_days is 0.0, wanted more than 0"),
        ({"new_titles": 1.5}, r"new_titles is 1.5, wanted a share in \[0, 1\]"),
        ({"countries": ("FR", "XX")}, "countries is .*'XX'.*, wanted one or more of US, GB"),
    ],
)
def test_a_dial_out_of_its_range_is_refused(dials, message):
    with pytest.raises(ValueError, match=message):
        WorldSettings(**dials)
