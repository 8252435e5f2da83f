namespace Grpc.Net.Client.Internal;

/// <summary>A body that is made before the request is sent.</summary>
internal interface IPreparedContent
{
    void Prepare();
}
