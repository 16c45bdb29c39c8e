"""A made-up fleet of the programme's shape: 31 centralized and 755 village-level stations.

The list of the real stations is not public. Everything here is invented from a seed and says so in its
name (演示, Demo); only the banners are real.
"""

from guangfu.stations.synthetic.fleet import CENTRALIZED_STATIONS, VILLAGE_STATIONS, synthetic_registry

__all__ = ["CENTRALIZED_STATIONS", "VILLAGE_STATIONS", "synthetic_registry"]
