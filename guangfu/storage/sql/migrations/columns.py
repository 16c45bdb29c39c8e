"""Columns as the migrations write them. Released migrations rest on this: add here, change nothing."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, Text


def text(name: str, *, nullable: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable, primary_key=key)


def number(name: str, *, nullable: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable, primary_key=key, autoincrement=False)


def small(name: str, *, nullable: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, Integer, nullable=nullable, primary_key=key, autoincrement=False)


def ratio(name: str) -> Column[Any]:
    return Column(name, Float, nullable=False)


def flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def octets(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)


def local_day(name: str, *, nullable: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, Date, nullable=nullable, primary_key=key)


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def row_id(name: str = "row_id") -> Column[Any]:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column(name, kind, primary_key=True, autoincrement=True)


def validity() -> tuple[Column[Any], Column[Any]]:
    return local_day("valid_from"), local_day("valid_to", nullable=True)
