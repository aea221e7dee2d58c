"""The check digits of national ids, cards and bank accounts."""

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_thai_id(digits: str) -> bool:
    """Thirteen digits: modulo 11 over the first twelve, weights 13 to 2 (Department of Provincial Administration)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def is_chinese_id(digits: str) -> bool:
    """Eighteen digits, the last one may be X: ISO 7064 MOD 11-2 (GB 11643)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17].upper()


def is_luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812)."""
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def is_iban(letters: str) -> bool:
    """A bank account in capitals and digits: modulo 97 (ISO 13616)."""
    number = int("".join(str(int(c, 36)) for c in letters[4:] + letters[:4]))
    return number % 97 == 1
