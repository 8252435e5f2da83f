using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace Hierarchy.Tests.Rpc;

public sealed class TlsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Https_BothVersionsOnOnePort_GrpcTakesHttp2AndShowsTheClientCertificate()
    {
        using var serverCertificate = CreateCertificate("localhost");
        using var clientCertificate = CreateCertificate("agent-7");
        await using var server = await RpcServer.StartAsync(
            listen: listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = serverCertificate;
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.AllowAnyClientCertificate();
                });
            });
        AuthContext? auth = null;
        server.Echo.OnUnary = (request, context) =>
        {
            auth = context.AuthContext;
            return Task.FromResult(new EchoResponse { Text = request.Text });
        };
        using var handler = CreateHandler(serverCertificate, clientCertificate);
        using var channel = server.Connect(o => o.HttpHandler = handler);

        var answer = await new EchoService.EchoServiceClient(channel).UnaryAsync(new EchoRequest { Text = "secret" }, cancellationToken: Token);

        Assert.Equal("secret", answer.Text);
        Assert.True(auth!.IsPeerAuthenticated);
        Assert.Equal("agent-7", Assert.Single(auth.PeerIdentity).Value);
    }

    [Fact]
    public async Task Https_CertificateThatIsNotTrusted_IsUnavailable()
    {
        using var serverCertificate = CreateCertificate("localhost");
        await using var server = await RpcServer.StartAsync(listen: listen => listen.UseHttps(serverCertificate));
        using var channel = server.Connect();

        var error = await Assert.ThrowsAsync<RpcException>(
            () => new EchoService.EchoServiceClient(channel).UnaryAsync(new EchoRequest(), cancellationToken: Token).ResponseAsync);

        Assert.Contains(error.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Internal]);
        Assert.Contains("certificate", error.Status.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Credentials_AgainstTheScheme_AreRefusedAtOnce()
        => Assert.ThrowsAny<Exception>(
            () => GrpcChannel.ForAddress("http://localhost:1", new GrpcChannelOptions { Credentials = ChannelCredentials.SecureSsl }));

    private static SocketsHttpHandler CreateHandler(X509Certificate2 server, X509Certificate2 client) => new()
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == server.GetCertHashString(),
            ClientCertificates = [client],
        },
    };

    private static X509Certificate2 CreateCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
