using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Hosting;
using Hierarchy.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hierarchy.Tests.Server;

public sealed class ServerTlsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pfx")]
    [InlineData("pem")]
    public async Task Https_OnePort_ServesBothVersions(string form)
    {
        using var folder = new TemporaryFolder();
        var file = folder["certificate." + form];
        using var certificate = Write(file, "first");
        await using var server = await ServerHost.StartAsync(
            new ServerOptions { Role = "root", Data = folder["data"], ListenHttp = "127.0.0.1:0", ListenGrpc = "", ListenHttps = "127.0.0.1:0", Certificate = file },
            new ConfigurationBuilder().Build(), Token, logging => logging.ClearProviders());
        var url = new Uri(server.ReadyLine.Split("https=")[1].Split(' ')[0]);
        using var handler = Trusting(certificate.Thumbprint);

        using var channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = handler });
        var groups = await new AdminService.AdminServiceClient(channel).ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token);
        // A handler of its own: a channel may take over how the one that it was given connects.
        using var http = new HttpClient(Trusting(certificate.Thumbprint)) { DefaultRequestVersion = HttpVersion.Version11, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var content = await http.GetAsync(new Uri(url, "/Content/AB/0000000000000000000000000000000000000AAB.cab"), Token);

        Assert.Equal(2, groups.Groups.Count);
        Assert.Equal(HttpStatusCode.NotFound, content.StatusCode);
        Assert.Equal(HttpVersion.Version11, content.Version);
    }

    [Fact]
    public void Certificate_Renewed_IsReadAgainAndABrokenOneLeavesTheLast()
    {
        using var folder = new TemporaryFolder();
        var file = folder["certificate.pem"];
        using var first = Write(file, "first");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(1));
        var time = new ManualTime();
        var source = new CertificateSource(file, "", time, NullLogger<CertificateSource>.Instance);
        Assert.Equal(first.Thumbprint, source.Current.Thumbprint);

        File.WriteAllText(file, "-----BEGIN half");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(2));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(first.Thumbprint, source.Current.Thumbprint);

        using var second = Write(file, "second");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(3));
        Assert.Equal(first.Thumbprint, source.Current.Thumbprint);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(second.Thumbprint, source.Current.Thumbprint);
    }

    private static X509Certificate2 Write(string file, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var certificate = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (file.EndsWith("pfx", StringComparison.Ordinal)) File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx));
        else File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return certificate;
    }

    private static SocketsHttpHandler Trusting(string thumbprint) => new()
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == thumbprint },
    };
}
