using System.Diagnostics.CodeAnalysis;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What reflection needs of service and interceptor types.</summary>
internal static class ServiceMembers
{
    public const DynamicallyAccessedMemberTypes Service =
        DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicMethods
        | DynamicallyAccessedMemberTypes.NonPublicMethods;

    public const DynamicallyAccessedMemberTypes Constructors = DynamicallyAccessedMemberTypes.PublicConstructors;
}
