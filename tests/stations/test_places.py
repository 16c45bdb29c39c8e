from guangfu.stations.places import banners, leagues


def test_twelve_leagues_and_thirty_one_banners() -> None:
    assert len(leagues()) == 12
    assert len(banners()) == 31


def test_banner_lies_in_its_league_and_shares_its_zone_and_grid() -> None:
    for code, banner in banners().items():
        league = leagues()[banner.league_code]
        assert code[:4] == league.code[:4]
        assert (banner.resource_zone, banner.grid) == (league.resource_zone, league.grid)


def test_every_place_has_an_english_name_of_its_own() -> None:
    for places in (leagues(), banners()):
        names = [place.name_en for place in places.values()]
        assert len(set(names)) == len(names)
        assert all(name.isascii() and name for name in names)
