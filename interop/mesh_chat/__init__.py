"""A second client of the Mesh Chat protocol, written from PROTOCOL.md alone."""

VERSION = "0.1.0"
