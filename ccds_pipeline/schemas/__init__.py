"""What every table and every canonical record must look like: the register, as data, and record contracts.

``fields.yaml`` has every field once, ``tables/<schema>.yaml`` the tables by reference to fields, and
``delivered.yaml`` what becomes of delivered fields. Making tables in a database belongs in ``warehouse``.
"""
