"""What the programme's documents say, as dated data: CSV files in this folder, checked when they are read."""

from guangfu.income.rules.loading import BadRules, RulesSettings, load_rules
from guangfu.income.rules.models import Rules

__all__ = ["BadRules", "Rules", "RulesSettings", "load_rules"]
