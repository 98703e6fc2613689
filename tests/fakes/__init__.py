"""Importable fakes of the ports; `Faulty...` ones fail on purpose."""
