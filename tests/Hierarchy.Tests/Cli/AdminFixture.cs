using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Tests.Cli;

/// <summary>The command line against canned administration over real HTTP/2 on loopback.</summary>
internal sealed class AdminFixture : IAsyncDisposable
{
    private readonly WebApplication application;

    private AdminFixture(WebApplication application, CannedAdmin admin) => (this.application, Admin) = (application, admin);

    public CannedAdmin Admin { get; }

    public CannedVerification Verification => application.Services.GetRequiredService<CannedVerification>();

    public CannedSuccession Succession => application.Services.GetRequiredService<CannedSuccession>();

    public CannedGroups Groups => application.Services.GetRequiredService<CannedGroups>();

    public CannedPolicies Policies => application.Services.GetRequiredService<CannedPolicies>();

    public CannedSites Sites => application.Services.GetRequiredService<CannedSites>();

    public CannedContent Content => application.Services.GetRequiredService<CannedContent>();

    public CannedRules Rules => application.Services.GetRequiredService<CannedRules>();

    public CannedApprovals Approvals => application.Services.GetRequiredService<CannedApprovals>();

    public CannedAudit Audit => application.Services.GetRequiredService<CannedAudit>();

    public string Url => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(); // Kestrel always has the feature.

    public static async Task<AdminFixture> StartAsync(CancellationToken cancellationToken, HttpProtocols protocols = HttpProtocols.Http2)
    {
        var admin = new CannedAdmin();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = protocols));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(admin);
        builder.Services.AddSingleton<CannedBackups>();
        builder.Services.AddSingleton<CannedCouriers>();
        builder.Services.AddSingleton<CannedVerification>();
        builder.Services.AddSingleton<CannedSuccession>();
        builder.Services.AddSingleton<CannedSites>();
        builder.Services.AddSingleton<CannedContent>();
        builder.Services.AddSingleton<CannedGroups>();
        builder.Services.AddSingleton<CannedPolicies>();
        builder.Services.AddSingleton<CannedApprovals>();
        builder.Services.AddSingleton<CannedAudit>();
        builder.Services.AddSingleton<CannedRules>();
        var application = builder.Build();
        application.MapGrpcService<CannedAdmin>();
        application.MapGrpcService<CannedBackups>();
        application.MapGrpcService<CannedCouriers>();
        application.MapGrpcService<CannedVerification>();
        application.MapGrpcService<CannedSuccession>();
        application.MapGrpcService<CannedSites>();
        application.MapGrpcService<CannedContent>();
        application.MapGrpcService<CannedGroups>();
        application.MapGrpcService<CannedPolicies>();
        application.MapGrpcService<CannedApprovals>();
        application.MapGrpcService<CannedAudit>();
        application.MapGrpcService<CannedRules>();
        await application.StartAsync(cancellationToken);
        return new AdminFixture(application, admin);
    }

    /// <summary>Runs a command line against it.</summary>
    public Task<Ran> RunAsync(CancellationToken cancellationToken, params string[] args) => Ran.RunAsync(["--server", Url, .. args], cancellationToken);

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
