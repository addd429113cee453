"""Makes the keys of a cluster: an authority's certificate, one certificate that it signed for all machines, and its key.

    python keys.py FOLDER YEARS

The authority's own key is gone when this program ends. All files are readable by their owner alone.
"""

import datetime
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def certificate(subject, key, issuer, issuer_key, years, authority):
    now = datetime.datetime.now(datetime.timezone.utc)
    key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    usage = dict.fromkeys(
        ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # An hour back: clocks of a cluster's machines may differ.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_encipherment=False,
                key_cert_sign=authority,
                crl_sign=authority,
                **usage,
            ),
            critical=True,
        )
        .add_extension(key_id, critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def write(folder, name, content):
    descriptor = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def main():
    folder, years = sys.argv[1], int(sys.argv[2])
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"cifar10-tslab {role}")])
        for role in ("authority", "machine")
    ]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    authority = certificate(names[0], keys[0], names[0], keys[0], years, True)
    machine = certificate(names[1], keys[1], names[0], keys[0], years, False)
    pem = serialization.Encoding.PEM
    plain = keys[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    os.makedirs(folder, mode=0o700)
    write(folder, "ca.pem", authority.public_bytes(pem))
    write(folder, "cert.pem", machine.public_bytes(pem))
    write(folder, "key.pem", plain)


if __name__ == "__main__":
    main()
