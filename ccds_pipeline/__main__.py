"""The ``ccds`` command as ``python -m ccds_pipeline``."""

from ccds_pipeline.cli.main import main

if __name__ == "__main__":
    main()
