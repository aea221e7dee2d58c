"""One vendor each, named role_technology; vendor errors are translated here."""
