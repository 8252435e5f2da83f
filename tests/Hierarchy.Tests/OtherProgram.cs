using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Hierarchy.Tests;

/// <summary>Programs of others that tests compare with: skipped by name where one is missing, a failure there with CI=true.</summary>
internal static class OtherProgram
{
    public static async Task RequireAsync(string program)
    {
        var isPresent = false;
        try
        {
            isPresent = (await RunAsync(program, "--version")).Code == 0;
        }
        catch (Win32Exception)
        {
            // There is no such file.
        }

        Assert.False(!isPresent && Environment.GetEnvironmentVariable("CI") == "true", $"{program} is absent; install Debian's package of that name");
        Assert.SkipUnless(isPresent, $"{program} is absent");
    }

    public static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complained = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await said + complained);
    }
}
