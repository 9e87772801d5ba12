package sandbox
import ("testing";"time";"runtime";"fmt")
func TestSize(t *testing.T){
 var a,b runtime.MemStats
 runtime.GC(); runtime.ReadMemStats(&a)
 st:=time.Now(); s:=seed(); el:=time.Since(st)
 runtime.GC(); runtime.ReadMemStats(&b)
 for k,c:=range s.Kinds { fmt.Println(k,len(c.all)) }
 fmt.Println(el, (b.HeapAlloc-a.HeapAlloc)/1024,"KB")
 x,_:=New(Options{}); x.ready(); runtime.GC(); runtime.ReadMemStats(&a); fmt.Println(a.HeapAlloc/1024, a.Sys/1024)
 priv,rev,long,thr:=0,0,0,0
 for _,c:=range s.kind("comment").all{ if flag(c,"isPrivate"){priv++}; if flag(c,"inReview"){rev++}; if len(text(c,"content"))>500{long++}; if c["parentCommentId"]!=nil{thr++}}
 fmt.Println(priv,rev,long,thr)
 noemail,lead,comp:=0,0,map[any]int{}
 for _,c:=range s.kind("contact").all{ if c["email"]==nil{noemail++}; if c["type"]=="lead"{lead++}; for _,i:=range list(c,"_companyIds"){comp[i]++}}
 fmt.Println(noemail,lead,len(comp))
 for _,p:=range s.kind("post").all[100:106]{fmt.Println(p["title"],p["upvotes"],p["createdAt"],p["content"])}
 runtime.KeepAlive(x)
}
