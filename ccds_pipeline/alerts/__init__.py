"""Telling somebody: what is wrong, once, until it changes, and a word when it is over.

Causes are found here or handed in by who met them; what each address was told is remembered. Nothing is
mended here. What ``ccds doctor`` finds for who asks is in ``cli``; what an error says is in ``errors``.
"""
