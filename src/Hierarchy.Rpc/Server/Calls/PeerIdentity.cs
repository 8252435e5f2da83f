using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Makes an <see cref="AuthContext" /> of a client certificate: its DNS names, else its common name, identify the peer.</summary>
internal static class PeerIdentity
{
    private const string SubjectAlternativeName = "x509_subject_alternative_name";
    private const string CommonName = "x509_common_name";

    public static AuthContext FromCertificate(X509Certificate2 certificate)
    {
        Dictionary<string, List<AuthProperty>> properties = new(StringComparer.Ordinal);
        string? identity = null;

        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).ToList();
        if (names.Count > 0)
        {
            identity = SubjectAlternativeName;
            properties[SubjectAlternativeName] = names.ConvertAll(n => AuthProperty.Create(SubjectAlternativeName, Encoding.UTF8.GetBytes(n)));
        }

        var common = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (!string.IsNullOrEmpty(common))
        {
            identity ??= CommonName;
            properties[CommonName] = [AuthProperty.Create(CommonName, Encoding.UTF8.GetBytes(common))];
        }

        return new AuthContext(identity, properties);
    }
}
