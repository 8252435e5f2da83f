using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Transport;

/// <summary>
/// Accepts a server's certificate when this computer trusts it, or when it leads to one of the authorities that the operator named besides; says in
/// words what is wrong with another. Names and dates are never forgiven.
/// </summary>
internal sealed class CertificateCheck(X509Certificate2Collection authorities, TimeProvider time, Action<X509Certificate2>? accepted = null)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>The callback of SslStream.</summary>
    /// <exception cref="CertificateRefusedException">It is not accepted.</exception>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var host = (sender as SslStream)?.TargetHostName ?? "";
        if (certificate is not X509Certificate2 leaf)
            throw new CertificateRefusedException("it presents no certificate", "Check that the address is that of an update server with TLS.");
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && authorities.Count > 0 && LeadsToAnAuthority(leaf, chain)) errors = SslPolicyErrors.None;
        if (errors != SslPolicyErrors.None) throw Explain(host, leaf, chain, errors);
        accepted?.Invoke(leaf);
        return errors == SslPolicyErrors.None;
    }

    /// <summary>The names that a certificate is for.</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
    {
        var alternative = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (alternative is null) return [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];
        return [.. alternative.EnumerateDnsNames(), .. alternative.EnumerateIPAddresses().Select(address => address.ToString())];
    }

    /// <summary>A day as an operator writes it.</summary>
    public static string Day(DateTime moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads the authorities that an operator named: certificates as PEM, or one as DER.</summary>
    /// <exception cref="CryptographicException">It holds none.</exception>
    public static X509Certificate2Collection ReadAuthorities(string file)
    {
        var found = new X509Certificate2Collection();
        if (file.Length == 0) return found;
        if (File.ReadAllBytes(file).AsSpan().IndexOf("-----BEGIN"u8) >= 0) found.ImportFromPemFile(file);
        else found.Add(X509CertificateLoader.LoadCertificateFromFile(file));
        return found.Count > 0 ? found : throw new CryptographicException("it holds no certificate.");
    }

    private bool LeadsToAnAuthority(X509Certificate2 leaf, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (presented is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
            foreach (var element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(leaf);
    }

    private CertificateRefusedException Explain(string host, X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        var problems = new List<string>();
        var steps = new List<string>();
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? X509ChainStatusFlags.NoError;
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            problems.Add($"its certificate is for {string.Join(", ", NamesOf(leaf))}, not for {host}");
            steps.Add("Use a name that the certificate is for in the upstream's address.");
        }

        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0) ExplainDates(leaf, chain, problems, steps);
        if ((flags & X509ChainStatusFlags.Revoked) != 0)
        {
            problems.Add("its certificate was revoked");
            steps.Add("Its owner must replace it.");
        }

        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0) ExplainTrust(leaf, chain, problems, steps);
        if (problems.Count == 0)
        {
            problems.Add($"its certificate is not accepted ({(flags == X509ChainStatusFlags.NoError ? errors.ToString() : flags.ToString())})");
            steps.Add("Its owner must replace it.");
        }

        return new CertificateRefusedException(string.Join("; ", problems), string.Join(" ", steps));
    }

    private void ExplainDates(X509Certificate2 leaf, X509Chain? chain, List<string> problems, List<string> steps)
    {
        var now = time.GetUtcNow();
        var culprit = chain?.ChainElements.FirstOrDefault(element => element.ChainElementStatus.Any(status => (status.Status & X509ChainStatusFlags.NotTimeValid) != 0))?.Certificate ?? leaf;
        var whose = culprit.Equals(leaf) ? "its certificate" : $"the certificate of its authority {culprit.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}";
        problems.Add(now < culprit.NotBefore
            ? $"{whose} is valid only from {Day(culprit.NotBefore)}; here it is {Day(now.UtcDateTime)}"
            : $"{whose} expired at {Day(culprit.NotAfter)}; here it is {Day(now.UtcDateTime)}");
        steps.Add("If this computer's clock is right, the certificate must be renewed there; else set the clock (NTP).");
    }

    private static void ExplainTrust(X509Certificate2 leaf, X509Chain? chain, List<string> problems, List<string> steps)
    {
        if (leaf.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData))
        {
            problems.Add($"its certificate ({leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}) is signed by itself");
            steps.Add($"Check that nobody stands between (a proxy that inspects TLS), then name the certificate in {UpstreamOptions.Section}:{nameof(UpstreamOptions.CertificateAuthorities)}.");
            return;
        }

        var last = chain?.ChainElements.LastOrDefault()?.Certificate ?? leaf;
        var authority = last.GetNameInfo(X509NameType.SimpleName, forIssuer: true);
        problems.Add($"its certificate leads to the authority {authority}, which this computer does not trust");
        // Linux carries the authorities of Mozilla's programme; the one that Microsoft Update's servers use is not among them.
        steps.Add(authority.Contains("Microsoft", StringComparison.Ordinal)
            ? $"Linux does not carry the authorities of Microsoft Update. Export \"{authority}\" from the trusted root authorities of a Windows computer (certlm.msc) and name the file in {UpstreamOptions.Section}:{nameof(UpstreamOptions.CertificateAuthorities)}."
            : $"If it is your own authority, or that of a proxy that inspects TLS and is meant to, name its certificate in {UpstreamOptions.Section}:{nameof(UpstreamOptions.CertificateAuthorities)}.");
    }
}
