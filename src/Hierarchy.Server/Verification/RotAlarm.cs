namespace Hierarchy.Server.Verification;

/// <summary>What is done when this server's own rows are not what its digest says: a mirror repairs them, an authority feeds no pages any more. May be raised again and again.</summary>
/// <param name="raise">Does it; hands over and returns. Told whether a state is served that was read before.</param>
/// <param name="advice">What an operator is to do; empty when the server helps itself.</param>
internal sealed class RotAlarm(Action<bool> raise, string advice)
{
    public string Advice => advice;

    public void Raise(bool isServed) => raise(isServed);
}
