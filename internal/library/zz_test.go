package library
import ("testing";"os";"context";"fmt";"time";"log/slog";"encoding/json";"bufio";"siteerror/internal/catalog";"siteerror/index")
func TestZZ(t *testing.T){ st:=time.Now()
 l,err:=Open(context.Background(),Config{Sources:func()([]catalog.Source,func(),error){return []catalog.Source{{Name:"x",FS:os.DirFS("../../content")}},func(){},nil},Options:catalog.Options{TolerateLinks:true},Log:slog.Default()})
 if err!=nil{t.Fatal(err)}; fmt.Println("open",time.Since(st)); s,rel:=l.Acquire(); defer rel()
 f,_:=os.Open("/work/shared/relevance/dev.jsonl"); sc:=bufio.NewScanner(f); n,ok,ok3:=0,0,0; st=time.Now(); var total time.Duration
 for sc.Scan(){ var r struct{Q string; Grades map[string]int}; json.Unmarshal(sc.Bytes(),&r); t0:=time.Now(); res,err:=s.Index.Search(context.Background(),index.Request{Text:r.Q,Kinds:[]string{"code"}}); total+=time.Since(t0); if err!=nil{t.Fatal(err)}; n++; hit:=-1; for i,h:=range res.Hits{ if r.Grades[h.ID]==3{hit=i;break}}; if hit==0{ok++}; if hit>=0&&hit<3{ok3++}; if hit!=0{ ids:=[]string{}; for i,h:=range res.Hits{ if i<4{ids=append(ids,h.ID)}}; fmt.Println(hit,r.Q,r.Grades,ids)}}
 fmt.Println(n,ok,ok3,total)
}
