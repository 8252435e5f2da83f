using Grpc.Net.Client;
using Xunit;

namespace Hierarchy.Tests.Rpc;

/// <summary>Tells the runtime of the project from the official packages, which can take its place.</summary>
internal static class Runtime
{
    /// <summary>Skips a rule that the official packages do not keep; src/Hierarchy.Rpc/README.md lists them.</summary>
    public static void KeepsMoreThanOfficial()
        => Assert.SkipUnless(typeof(GrpcChannel).Assembly.GetName().Name == "Hierarchy.Rpc", "The official packages do not keep this rule.");
}
