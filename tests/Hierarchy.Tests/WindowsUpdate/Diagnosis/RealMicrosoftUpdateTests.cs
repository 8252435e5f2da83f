using Hierarchy.WindowsUpdate.Diagnosis;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Diagnosis;

/// <summary>
/// The real Microsoft Update, over the Internet, where HIERARCHY_TEST_MICROSOFT_UPDATE=1 asks for it; skipped by name elsewhere. It asks for ten documents. The settings
/// come from the variables that a server reads, so that a proxy or an authority can be named: HIERARCHY_UPSTREAM_PROXY_ADDRESS, HIERARCHY_UPSTREAM_CERTIFICATE_AUTHORITIES.
/// </summary>
public sealed class RealMicrosoftUpdateTests
{
    private const string Switch = "HIERARCHY_TEST_MICROSOFT_UPDATE";

    [Fact]
    public async Task Doctor_AtMicrosoftUpdate_FindsNothingWrong()
    {
        if (Environment.GetEnvironmentVariable(Switch) != "1") Assert.Skip($"The real Microsoft Update is asked only where {Switch}=1.");
        var options = new UpstreamOptions { AccountName = "hierarchy.test", AccountId = Guid.NewGuid() };
        options.Proxy.Address = Environment.GetEnvironmentVariable("HIERARCHY_UPSTREAM_PROXY_ADDRESS") ?? "";
        options.CertificateAuthorities = Environment.GetEnvironmentVariable("HIERARCHY_UPSTREAM_CERTIFICATE_AUTHORITIES") ?? "";
        var steps = new List<DiagnosisStep>();

        await foreach (var step in new UpstreamDoctor(options, TimeProvider.System).ExamineAsync(TestContext.Current.CancellationToken)) steps.Add(step);

        var walked = string.Join(Environment.NewLine, steps.Select(step => $"{step.Outcome} {step.Name}: {step.Finding} {step.NextStep}"));
        TestContext.Current.SendDiagnosticMessage("{0}", walked);
        Assert.True(steps.All(step => step.Outcome != DiagnosisOutcome.Failed), walked);
        Assert.Equal(("GetUpdateData", DiagnosisOutcome.Ok), (steps[^1].Name, steps[^1].Outcome));
    }
}
