"""Contracts: what every table and every canonical record must look like."""
